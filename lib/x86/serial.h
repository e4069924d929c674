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

/*
 * True if a UART answers at the port: where nothing decodes it, it reads as 0 or FFh
 * and its scratch register keeps nothing.  Sets nothing but that register.
 */
bool serial_answers(uint16_t port);

/* Waits, bounded, until the last byte has left the wire. */
void serial_drain(const struct serial *serial);

/* Sets the port to 115200 8N1.  False if no UART answers there. */
bool serial_open(struct serial *serial, uint16_t port);
