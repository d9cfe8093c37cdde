#include <stdio.h>

int main(void) {
  puts("Hello, WORLD!");
  return 0;
}
