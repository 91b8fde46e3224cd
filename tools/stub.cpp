#include "evaluate.h"
#include "film.h"
#include "pipeline.h"
namespace colorize {
int evaluate(int, char**) { return 2; }
void convert_film(const std::filesystem::path&, const std::filesystem::path&, const Choices&, Progress&) {
  throw Failure("films are to come");
}
}  // namespace colorize
