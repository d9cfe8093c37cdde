const char *text(void);
