"""The laboratory: real servers on loopback, started, disturbed, asked and stopped. See README.md."""
