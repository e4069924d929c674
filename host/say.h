#pragma once
/* What capture says of a run to people, on standard error. */

/* The serial line that what follows is about, NULL where there is but one. */
void say_about(const char *line);

/* "capture: ", the line, if there are several, and the text; without a newline. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* The same with what errno says behind it, and a newline. */
void say_error(const char *what);
