// SPDX-License-Identifier: LGPL-2.1-or-later
#include "process.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "common/failure.h"

namespace colorize::command {

Object<GSubprocess> begin_process(const std::vector<std::string>& arguments, int signal, int flags) {
  std::vector<const gchar*> words{"/proc/self/exe"};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  words.push_back(nullptr);
  const Object<GSubprocessLauncher> launcher(g_subprocess_launcher_new(static_cast<GSubprocessFlags>(flags)));
  // Runs between fork and exec, where next to nothing may be called.
  g_subprocess_launcher_set_child_setup(
      launcher.get(), [](gpointer data) { prctl(PR_SET_PDEATHSIG, GPOINTER_TO_INT(data)); }, GINT_TO_POINTER(signal),
      nullptr);
  Owned<GError> error;
  Object<GSubprocess> process(g_subprocess_launcher_spawnv(launcher.get(), words.data(), out(error)));
  if (!process) throw Failure(std::string("gst-colorize cannot start a process of its own: ") + error->message);
  return process;
}

void end_within(GSubprocess* process, guint milliseconds) {
  const auto kill = [](gpointer late) -> gboolean {
    g_subprocess_force_exit(G_SUBPROCESS(late));
    return G_SOURCE_REMOVE;
  };
  g_timeout_add_full(G_PRIORITY_DEFAULT, milliseconds, kill, g_object_ref(process), g_object_unref);
}

}  // namespace colorize::command
