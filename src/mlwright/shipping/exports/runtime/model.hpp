// $title: predicts $target. Made by mlwright from the bundle $bundle. C++17.

#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "$name.h"

namespace $name {

struct Row {
$cpp_fields
};

/// Probabilities in the order of the classes, or one number$behind; an empty value is a missing one.
inline std::array<double, $n_scores> scores(const Row &row)
{
    ${name}_row plain{};
    (void)row;
$cpp_copies
    std::array<double, $n_scores> found{};
    ${name}_scores(&plain, found.data());
    return found;
}

} // namespace $name
