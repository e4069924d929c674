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
	uint32_t lost;        /* bytes given up on because the line never became free */
	uint32_t lost_in_row; /* without one between them that was taken */
};

/* The line is not waited for any more: for a second it has taken nothing. */
#define SERIAL_MOST_LOST 64u

static inline bool serial_is_dead(const struct serial *serial)
{
	return serial->lost_in_row >= SERIAL_MOST_LOST;
}

/*
 * True if a UART answers at the port: where nothing decodes it, it reads as 0 or FFh
 * and its scratch register keeps nothing.  Sets nothing but that register.
 */
bool serial_answers(uint16_t port);

/* Waits, bounded, until the last byte has left the wire. */
void serial_drain(const struct serial *serial);

/* Sets the port to 115200 8N1.  False if no UART answers there. */
bool serial_open(struct serial *serial, uint16_t port);
