#include <stdio.h>

int main(void) {
  printf("Hello, %s!\n", NAME);
  return 0;
}
