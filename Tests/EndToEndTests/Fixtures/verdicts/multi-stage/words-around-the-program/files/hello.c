#include <stdio.h>

int main(void) {
  puts("world");
  return 0;
}
