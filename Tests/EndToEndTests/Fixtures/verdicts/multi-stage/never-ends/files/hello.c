#include <stdio.h>

int main(void) {
  puts("Hello, world!");
  fflush(stdout);
  for (;;) {}
  return 0;
}
