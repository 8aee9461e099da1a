#include <millwright/core/toml.hpp>

#include <gmock/gmock.h>

#include <format>

namespace millwright {
namespace {

using testing::HasSubstr;

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
}

Error refused(std::string_view text, const TomlLimits& limits = {}) {
    const auto document = TomlDocument::parse(text, "a.toml", limits);
    if (document) {
        ADD_FAILURE() << "was read: " << text.substr(0, 200);
        return {};
    }
    return document.error();
}

TEST(Toml, KeepsMembersInFileOrderWithTheirPlaces) {
    const auto document = TomlDocument::parse("b = 1\na = [1.5, \"x\"]\n[t]\nc = true\n", "a.toml");
    ASSERT_TRUE(document);
    const TomlNode& root = document->root();
    ASSERT_EQ(root.children.size(), 3u);
    EXPECT_EQ(root.children[0].key, "b");
    EXPECT_EQ(root.children[0].number, 1);
    EXPECT_EQ(root.children[1].children.at(0).number, 1.5);
    EXPECT_EQ(root.children[1].children.at(1).text, "x");
    EXPECT_EQ(root.children[1].at, (TextPosition{2, 5}));
    ASSERT_NE(root.find("t"), nullptr);
    EXPECT_EQ(root.find("t")->find("c")->keyAt, (TextPosition{4, 1}));
    EXPECT_EQ(root.find("d"), nullptr);
}

TEST(Toml, SaysWhereASyntaxErrorIs) {
    const Error error = refused("a = 1\nb = = 2\n");
    EXPECT_EQ(error.code, ErrorCode::Malformed);
    EXPECT_THAT(error.place, HasSubstr("a.toml:2:"));
    EXPECT_THAT(error.message, HasSubstr("this is not TOML"));
}

// A name of a hundred thousand parts would nest as many tables and end the program's stack, however its parts are written.
TEST(Toml, RefusesNamesOfVeryManyPartsHoweverTheyAreQuoted) {
    for (const std::string_view part : {"a.", R"("=".)", R"("\"=".)", "'['.", R"("".)", "a . ", "','\t. "}) {
        const std::string name = repeated(part, 100'000) + "a";
        for (const std::string& text :
             {name + " = 1", "[" + name + "]", "[[" + name + "]]", "x = { " + name + " = 1 }", "# \"\nx = 1\n" + name + " = 1",
              "x = '\"'\n" + name + " = 1", "x = { y = \"\"\"\n\\\"\"\"\"\"\", " + name + " = 1 }",
              "x = { y = '''''''', " + name + " = 1 }"}) {
            const Error error = refused(text);
            EXPECT_EQ(error.code, ErrorCode::ResourceLimit) << text.substr(0, 60);
            EXPECT_THAT(error.message, HasSubstr("128 dotted parts"));
        }
    }
}

TEST(Toml, RefusesDeepNestingByItsOwnMessage) {
    EXPECT_THAT(refused("a = " + repeated("[", 100'000)).message, HasSubstr("nested"));
    EXPECT_THAT(refused("a = " + repeated("{ a = ", 100'000)).message, HasSubstr("nested"));
    // Each way of nesting at its own limit.
    const std::string dotted = repeated("a.", 127) + "a";
    std::string text = "[" + dotted + "]\n" + dotted + " = ";
    for (int i = 0; i < 30; ++i) text += "{ " + dotted + " = ";
    text += "1" + repeated(" }", 30);
    EXPECT_THAT(refused(text).message, HasSubstr("nested deeper than 64 levels"));
}

TEST(Toml, ReadsManyDotsThatAreNotInAName) {
    const std::string dots(1000, '.');
    EXPECT_TRUE(TomlDocument::parse("a = \"" + dots + "\"\nb = '''\n" + dots + "''' # " + dots, "a.toml"));
    EXPECT_TRUE(TomlDocument::parse("a = [" + repeated("1.5, ", 1000) + "]", "a.toml"));
}

TEST(Toml, ReadsLettersOfEveryLanguageInTextsOnly) {
    const auto document =
        TomlDocument::parse("a = \"Größe ひずみ 온도\"\nb = \"\"\"x\\\n\n é\"\"\" # ひ\n\"온도\" = 1\n", "a.toml");
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(document->root().find("a")->text, "Größe ひずみ 온도");
    EXPECT_EQ(document->root().find("b")->text, "xé");
    EXPECT_NE(document->root().find("온도"), nullptr);
    for (const char* text : {"é = 1", "a é = 1", "a = é", "ひ = 1", "a = 1 ひ", "\uFEF7 = 1", "[\x1B", "[[\x01]]"})
        EXPECT_EQ(refused(text).code, ErrorCode::Malformed);
}

TEST(Toml, SaysHowMuchAFileMayHold) {
    EXPECT_EQ(refused(std::string(3u << 20, '\n'), {.bytes = 2u << 20, .file = "a shopping list", .advice = ": buy less"}).message,
              "the file has 3 MiB, more than the 2 MiB a shopping list may have: buy less");
    const Error error = refused("\na = [" + repeated("1,", 20) + "]", {.values = 10});
    EXPECT_EQ(error.message, "the file has more than 10 values");
    EXPECT_EQ(error.place, "a.toml:2:1");
}

TEST(Toml, ReadsOrRefusesEveryPrefixOfAFile) {
    const std::string whole = "a = \"\"\"x\\\"\"\"\"\nb = '''y'''\n[t.\"u.v\"]\nc = { d = [1, 2.5, 1979-05-27T07:32:00Z] } # e\n";
    ASSERT_TRUE(TomlDocument::parse(whole, "a.toml"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        (void)TomlDocument::parse(std::string_view{whole}.substr(0, size), "a.toml");
}

} // namespace
} // namespace millwright
