int main(void) {
  volatile int *nothing = 0;
  return *nothing;
}
