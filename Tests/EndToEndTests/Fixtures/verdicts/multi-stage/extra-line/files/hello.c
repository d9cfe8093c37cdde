#include <stdio.h>

int main(void) {
  puts("Hello, world!");
  puts("Bye.");
  return 0;
}
