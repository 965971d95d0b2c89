#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shop::http {

/// A word of the query by which a server in front of the operations adds a member to an answer.
struct openapi_expansion {
    std::string_view operation;    ///< `orders.get`
    std::string_view parameter;    ///< of the query
    std::string_view word;         ///< the one value that it takes
    std::string_view description;  ///< of the parameter
    std::string_view member;       ///< what is added to the answer
    std::string_view schema;       ///< of the member, as JSON; may refer to `#/components/schemas/...`
};

/// What the description of the API says beside its operations.
struct openapi_options {
    std::string version;       ///< of the program that serves them
    std::string server = "/";  ///< what stands before `/v1`: an address, or the base path
    /// Each adds a parameter to its operation, and a member to what that answers.
    std::vector<openapi_expansion> expansions = {};
};

/// The public API as an OpenAPI 3.1 document, in JSON: every operation of the four tables with what it is given,
/// what it answers and what refuses it, and the events that webhooks are told.
/// @throws std::invalid_argument if an expansion names no operation, or its schema is not JSON.
std::string openapi_document(openapi_options const& with);

}  // namespace shop::http
