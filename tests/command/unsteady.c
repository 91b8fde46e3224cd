/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file system of a network that forgets itself for a moment, to be preloaded. There are no locks in it, what is asked
   takes a while, and for each file in the folder that UNSTEADY names, CALL-FAULT-NUMBER, a call for something below the
   folder that UNSTEADY_PLACE names fails once:
     fsync-EIO-1      what was written is lost
     fsync-ESTALE-1   the server has come back and knows no such file for a moment
     rename-ESTALE-1  the same, and nothing is renamed
     rename-lost-1    it is renamed, but the answer gets lost
   UNSTEADY_CLOCK: seconds by which the clock of this machine is wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Of what has no absolute name nothing is known. */
static int is_there(const char* path) {
  const char* place = getenv("UNSTEADY_PLACE");
  return place && strncmp(path, place, strlen(place)) == 0;
}

static int strikes(const char* call, const char* fault) {
  const char* folder = getenv("UNSTEADY");
  char name[4096];
  for (int i = 1; folder && i < 10; ++i) {
    snprintf(name, sizeof name, "%s/%s-%s-%d", folder, call, fault, i);
    if (syscall(SYS_unlinkat, AT_FDCWD, name, 0) == 0) return 1;
  }
  return 0;
}

static int fail(int error) {
  errno = error;
  return -1;
}

int flock(int file, int operation) {
  (void)file;
  (void)operation;
  return fail(ENOLCK);
}

int fsync(int file) {
  char name[64], path[4096] = "";
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  usleep(20000);
  if (readlink(name, path, sizeof path - 1) > 0 && is_there(path)) {
    if (strikes("fsync", "EIO")) return fail(EIO);
    if (strikes("fsync", "ESTALE")) return fail(ESTALE);
  }
  return (int)syscall(SYS_fsync, file);
}

int rename(const char* from, const char* to) {
  usleep(20000);
  if (is_there(to) && strikes("rename", "ESTALE")) return fail(ESTALE);
  const int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  return result == 0 && is_there(to) && strikes("rename", "lost") ? fail(ESTALE) : result;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  int (*real)(clockid_t, struct timespec*);
  *(void**)&real = dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(clock, time);
  const char* wrong = getenv("UNSTEADY_CLOCK");
  if (result == 0 && clock == CLOCK_REALTIME && wrong) time->tv_sec += atol(wrong);
  return result;
}
