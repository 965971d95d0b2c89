#pragma once

#include <span>
#include <string_view>

namespace shop::notifications {

/// A file with a template, or with a part of several.
struct template_file {
    std::string_view name;  ///< as `templates_from` says; a part that templates include begins with `_`
    std::string_view text;
};

/// Those of the folder `templates` beside this file, packed in by the build.
std::span<template_file const> template_files();

}  // namespace shop::notifications
