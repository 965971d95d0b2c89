#pragma once

#include <string>
#include <vector>

namespace shop::http::detail {

/// The parts of docs/http-api.md that follow from the operation tables, the descriptions of types and the limits.
struct api_document {
    std::string operations;  ///< what each operation is given, and what it answers
    std::string shapes;      ///< the members of all that is answered and sent
    std::string limits;
    /// Described members that nobody has explained, and explanations of what no type has.
    std::vector<std::string> unexplained;
    std::vector<std::string> stale;
};

api_document describe_api();

}  // namespace shop::http::detail
