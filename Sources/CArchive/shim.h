#include <archive.h>
#include <archive_entry.h>

// What archives carry and Glibc's module leaves out.
#include <sys/xattr.h>

// archive_set_error is variadic, which Swift cannot call.
static inline void lesson_archive_set_error(struct archive *archive, int number) {
    archive_set_error(archive, number, "%s", "the archive cannot be read");
}
