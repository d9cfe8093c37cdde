#include <stdlib.h>
#include <string.h>

int main(void) {
  for (;;) {
    char *piece = malloc(8 << 20);
    if (!piece) abort();
    memset(piece, 1, 8 << 20);
  }
}
