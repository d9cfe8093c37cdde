#include <stdio.h>

int main(void) {
  puts("Bye");
  return 0;
}
