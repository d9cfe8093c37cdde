#include <stdio.h>

int main(void) {
  volatile int *nothing = 0;
  puts("Hello, world!");
  fflush(stdout);
  return *nothing;
}
