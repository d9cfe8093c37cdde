#include <stdio.h>

int main(void) {
  fputs("Hello, world!\n", stderr);
  return 0;
}
