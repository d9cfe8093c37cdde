#include "text.h"

const char *text(void) { return "Hello, world!"; }
