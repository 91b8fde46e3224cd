// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "common/choices.h"
#include "common/made.h"
#include "common/progress.h"

namespace colorize::command {

struct Photograph {
  std::string input, output;
  std::string state;  ///< of the input: its size and when it was changed

  bool operator==(const Photograph&) const = default;
};

/// Photographs that are made in one go, since one by one they are too little for a machine to begin with.
struct Batch {
  Choices choices;
  std::map<std::string, std::string> made_with;  ///< FilmPlan::made_with
  int threads = 1;
  std::vector<Photograph> photographs;
};

std::string to_json(const Batch& batch);
/// The batch in a folder. Throws Failure.
Batch batch_in(const std::filesystem::path& folder);
bool is_batch(const std::filesystem::path& folder);

/// Whether the results of a film's or a batch's work folder were made and lie under their names.
bool has_results(const std::filesystem::path& folder);

/// Of each photograph, whether its result was made and lies under its name, by its size.
std::vector<bool> results_there(const Batch& batch, const std::filesystem::path& folder);

/// Where the result of a photograph lies until it gets its final name: the same whatever else is in the batch.
std::filesystem::path file_of_photograph(const Batch& batch, std::size_t number, const std::filesystem::path& folder);

/// Why a result cannot be used as it lies there, for people; empty where it can. Nothing: it is not there.
std::optional<std::string> fault_of_photograph(const Batch& batch, std::size_t number,
                                               const std::filesystem::path& folder);

/// Removes that.
void remove_photograph(const Batch& batch, std::size_t number, const std::filesystem::path& folder);

/// What is to be told of a result that lies there without fault, and what was remarked on it. Throws Failure.
std::pair<Made, std::vector<Remark>> made_of_photograph(const Batch& batch, std::size_t number,
                                                        const std::filesystem::path& folder);

/// Makes what is missing of a batch. One that cannot be made does not keep the others from being made. Throws Failure
/// that names those, or Interrupted. `token`: of the lease, see write_whole().
void make_batch(const std::filesystem::path& folder, const std::string& token, const std::stop_token& stop);

/// The batch that was planned in a folder; nothing where that was with other settings than those of `wanted`.
std::optional<Batch> batch_as(const Batch& wanted, const std::filesystem::path& folder);

/// The photographs of a batch whose results are under their names, of this order; also those of who was interrupted
/// while he joined.
std::vector<Photograph> with_own_results(const Batch& batch, const std::filesystem::path& folder);

/// Has a batch's folder hold nothing but what is made, with the same settings, of photographs that still are in it.
void reduce_folder(const std::filesystem::path& folder, const Batch& before, const Batch& batch);

}  // namespace colorize::command
