#include "word_finder.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

TEST(WordFinder, FindsWordsWithinWordsInAnyCase) {
  const WordFinder finder({"she", "he", "hers", "his", "xyz"});
  EXPECT_EQ(finder.all_in("uSHErs"), (std::vector<bool>{true, true, true, false, false}));
  EXPECT_EQ(finder.all_in("hi, sh, xy"), std::vector<bool>(5, false));
  EXPECT_TRUE(finder.any_in("THIS"));
  EXPECT_FALSE(finder.any_in(std::string("h\0is", 4)));
}

TEST(WordFinder, SaysWhatALookForEachWordSays) {
  const std::vector<std::string> words{"ab", "bab", "bc", "bca", "c", "caa", "$_", "<?php"};
  const WordFinder finder(words);
  for (const std::string text : {"abccab", "bcaabab", "", "<<?php $_GET", "cAAb", "b", "bbbbab"}) {
    std::string low = text;
    for (auto& c : low) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto found = finder.all_in(text);
    for (std::size_t i = 0; i < words.size(); ++i)
      EXPECT_EQ(found[i], low.find(words[i]) != std::string::npos) << text << " " << words[i];
  }
}

}  // namespace
}  // namespace rescue::detect
