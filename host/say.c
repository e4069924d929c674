#include "host/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *about;

void say_about(const char *line)
{
	about = line;
}

void say(const char *format, ...)
{
	va_list values;

	fputs("capture: ", stderr);
	if (about != NULL)
		fprintf(stderr, "%s: ", about);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
}

void say_error(const char *what)
{
	say("%s: %s\n", what, strerror(errno));
}
