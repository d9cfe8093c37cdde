#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words) {
  int value;
  if (count == 3) {
    printf("%d\n", atoi(words[1]) - atoi(words[2]));
    return 0;
  }
  fputs("reading\n", stderr);
  if (scanf("%d", &value) != 1) return 1;
  printf("got %d\n", value);
  return 7;
}
