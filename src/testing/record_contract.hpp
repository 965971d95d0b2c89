#pragma once

#include "record_contract_concurrency.hpp"
#include "record_contract_conflicts.hpp"
#include "record_contract_reading.hpp"
#include "record_contract_transactions.hpp"

namespace shop::testing {

/// What the storage port of every service promises, whatever its records: the tests of `record_store`.
template <class Room>
void register_record_contract(contract_suite<Room>& suite) {
    register_transaction_tests(suite);
    register_conflict_tests(suite);
    if constexpr (can_be_expected<typename Room::counter>) register_expectation_tests(suite);
    register_concurrency_tests(suite);
    register_reading_tests(suite);
    if (suite.durable()) register_reopening_tests(suite);
}

}  // namespace shop::testing
