#include <millwright/core/html.hpp>

#include <gmock/gmock.h>

namespace millwright {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Html, EscapesWhatWouldBeMarkup) {
    EXPECT_EQ(htmlEscaped("a < b && \"c\" > 'd'"), "a &lt; b &amp;&amp; &quot;c&quot; &gt; &#39;d&#39;");
    EXPECT_EQ(htmlEscaped("슬롯다이\t2\n\x01\x7f"), "슬롯다이\t2\n\x7f");
}

TEST(Html, PagesNeedNothingElse) {
    const std::string page = htmlPage("a <script> b", "<p>body</p>\n");
    EXPECT_THAT(page, HasSubstr("<title>a &lt;script&gt; b</title>"));
    EXPECT_THAT(page, HasSubstr("<p>body</p>"));
    for (const char* outside : {"http:", "https:", "src=", "@import", "url(", "<script"}) EXPECT_THAT(page, Not(HasSubstr(outside)));
}

} // namespace
} // namespace millwright
