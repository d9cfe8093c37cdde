util.h
