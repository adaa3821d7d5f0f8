#include "routing/core/hash_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "routing/core/id_text.h"
#include "routing/core/slab.h"

namespace hark::routing {
namespace {

/// Few hashes, so that most things collide.
std::uint32_t poor_hash(std::uint32_t number) { return number % 37; }

TEST(HashIndex, FindsWhatIsInHoweverMuchCollides) {
  std::mt19937_64 random{1};
  HashIndex index;
  std::set<std::uint32_t> model;
  for (int i = 0; i < 20000; ++i) {
    const auto number = static_cast<std::uint32_t>(random() % 200);
    if (model.insert(number).second) {
      index.insert(poor_hash(number), number);
    } else {
      model.erase(number);
      index.erase(poor_hash(number), number);
    }
    const auto asked = static_cast<std::uint32_t>(random() % 200);
    const auto found = index.find(poor_hash(asked), [&](std::uint32_t n) { return n == asked; });
    ASSERT_EQ(found, model.contains(asked) ? asked : HashIndex::kNone);
  }
}

TEST(HashIndex, ShowsEverythingOfOneHash) {
  HashIndex index;
  for (std::uint32_t number = 0; number < 100; ++number) index.insert(poor_hash(number), number);
  std::set<std::uint32_t> seen;
  index.for_each(5, [&](std::uint32_t number) { seen.insert(number); });
  EXPECT_EQ(seen, (std::set<std::uint32_t>{5, 42, 79}));
}

TEST(HashIndex, TellsTextsApartByEachCharacter) {
  std::set<std::uint32_t> hashes;
  std::string text = "tkt_01JDN0000000000000000000";
  for (char& c : text) {
    const char before = c;
    c = '~';
    hashes.insert(HashIndex::hash_of(text));
    c = before;
  }
  EXPECT_EQ(hashes.size(), text.size());
}

TEST(Slab, KeepsAddressesAndGivesOutTheLastFreedNumberFirst) {
  Slab<std::string> slab;
  std::map<std::uint32_t, std::string*> all;
  for (int i = 0; i < 2000; ++i) all.emplace(slab.make(std::to_string(i)));
  slab.destroy(7);
  slab.destroy(1500);
  EXPECT_EQ(slab.count(), 1998u);
  EXPECT_FALSE(slab.has(7));
  EXPECT_EQ(slab.make("again").first, 1500u);
  EXPECT_EQ(slab.make("and again").first, 7u);
  EXPECT_EQ(slab.make("new").first, 2000u);
  EXPECT_EQ(*all.at(3), "3");
  EXPECT_EQ(&slab[3], all.at(3));
  std::size_t seen = 0;
  slab.for_each([&](const std::string&) { ++seen; });
  EXPECT_EQ(seen, 2001u);
}

TEST(IdText, IsTheSameTextShortOrLong) {
  for (const std::size_t length : {0, 1, 30, 31, 32, 200}) {
    const std::string text(length, 'x');
    IdText id{text};
    EXPECT_EQ(id, text);
    EXPECT_EQ(id.str(), text);
    EXPECT_EQ(id.empty(), length == 0);
    IdText copy = id;
    id = "other";
    EXPECT_EQ(copy, text);
    EXPECT_EQ(id, "other");
    id = copy;
    EXPECT_EQ(id, copy);
  }
}

}  // namespace
}  // namespace hark::routing
