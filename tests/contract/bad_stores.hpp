#pragma once

#include <string_view>

/// Stores with one planted defect each, to show that the contract suites bite.
///
/// The same program runs the suites over one of them when called with `--bad=<name>`, and must then fail; the tests
/// registered by `register_proofs` call it so, one defect after another, and print which test caught what.
namespace bad_stores {

enum class defect {
    acknowledges_without_committing,
    loses_the_second_write,
    writes_in_two_transactions,
    ignores_revisions,
    answers_stale_reads,
    gives_positions_twice,
    shows_commits_out_of_order,
    drops_erasures,
    returns_lists_unsorted,
    drops_the_last_of_a_list,
    decides_once,
    takes_a_throw_for_success,
    commits_twice,
    spoils_texts,
    changes_its_epoch,
    forgets_when_reopened,
    believes_what_is_expected,
};

/// The defect asked for on the command line, if any. @throws std::invalid_argument if there is none of that name.
defect const* asked_for(int argc, char** argv);

/// Registers all four suites over the bad store.
void register_contracts(defect which);

/// Registers a test per defect that runs this very program over the bad store and expects each suite to fail.
void register_proofs(char const* program);

std::string_view name_of(defect which);

}  // namespace bad_stores
