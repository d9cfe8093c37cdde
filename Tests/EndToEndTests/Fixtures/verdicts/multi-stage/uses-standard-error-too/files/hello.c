#include <stdio.h>

int main(void) {
  puts("Hello, world!");
  fputs("done\n", stderr);
  return 0;
}
