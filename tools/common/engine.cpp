// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine.h"

#include "inference.h"
#include "model.h"
#include "owned.h"
#include "properties.h"

namespace colorize::command {

RunBy run_by(const Properties& properties) {
  const std::string onnxruntime = inference::onnxruntime::library();
  const Element element = make_colorize();
  set_properties(element.get(), properties);
  Owned<gchar> model;
  Engine engine = Engine::automatic;
  g_object_get(element.get(), "model", static_cast<gchar**>(out(model)), "engine", &engine, nullptr);
  const bool is_chosen = engine != Engine::automatic;
  if (!is_chosen) engine = onnxruntime.empty() ? Engine::opencv : Network(find_model(model.get())).engine();
  return {engine, is_chosen, engine == Engine::onnxruntime ? onnxruntime : inference::opencv::library()};
}

}  // namespace colorize::command
