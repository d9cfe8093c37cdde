#include <stdio.h>

int main(void) {
  puts("Hello,\tworld!");
  return 0;
}
