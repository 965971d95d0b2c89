#pragma once

#include <cstddef>
#include <cstring>
#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

#include <shop/core/call.hpp>
#include <shop/core/time.hpp>

#include "access/digest.hpp"

namespace shop_server {

/// When a token is accepted, the leeway included.
struct token_validity {
    shop::timestamp from;
    shop::timestamp until;  ///< not at this instant any more
};

/// Tokens whose signatures were checked, by digest, since a client shows one token for minutes. The one that was not
/// shown for longest makes room for a new one.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: unsafe.
class verified_tokens {
public:
    struct entry {
        token_validity valid;
        std::shared_ptr<shop::principal const> who;
    };

    /// @param most at least 1.
    explicit verified_tokens(std::size_t most) : most_(most) {}

    /// @return none, or an entry that is valid until the next `put` or `clear`. Its times are the caller's to check:
    /// they may be past, or not yet come when the wall clock was set back.
    entry const* find(sha256_digest const& token) {
        auto const found = places_.find(token);
        if (found == places_.end()) return nullptr;
        used_.splice(used_.begin(), used_, found->second);
        return &found->second->second;
    }

    void put(sha256_digest const& token, entry verified) {
        if (auto const known = places_.find(token); known != places_.end()) {
            known->second->second = std::move(verified);
            return;
        }
        if (used_.size() == most_) {
            places_.erase(used_.back().first);
            used_.pop_back();
        }
        used_.emplace_front(token, std::move(verified));
        places_.emplace(token, used_.begin());
    }

    void clear() {
        places_.clear();
        used_.clear();
    }
    std::size_t size() const { return used_.size(); }

private:
    /// A digest is a good hash already; those of tokens that somebody signed cannot be aimed.
    struct first_word {
        std::size_t operator()(sha256_digest const& digest) const {
            std::size_t word;
            std::memcpy(&word, digest.data(), sizeof word);
            return word;
        }
    };
    using by_use = std::list<std::pair<sha256_digest, entry>>;

    std::size_t most_;
    by_use used_;  // the last used first
    std::unordered_map<sha256_digest, by_use::iterator, first_word> places_;
};

}  // namespace shop_server
