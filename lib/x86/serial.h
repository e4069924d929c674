#pragma once
#include "lib/sink.h"

#include <stdbool.h>
#include <stdint.h>

#define SERIAL_COM1 0x3f8u
#define SERIAL_COM2 0x2f8u

/* A 16550 at an I/O port, written by polling. */
struct serial {
	struct sink sink;
	uint16_t port;
	uint32_t lost; /* bytes given up on because the line never became free */
};

/* Waits, bounded, until the last byte has left the wire. */
void serial_drain(const struct serial *serial);

/*
 * Sets the port to 115200 8N1.  False if no UART answers there: a port that nothing
 * decodes reads as 0 or FFh, and its scratch register keeps nothing.
 */
bool serial_open(struct serial *serial, uint16_t port);
