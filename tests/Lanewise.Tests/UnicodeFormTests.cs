using Xunit;

namespace Lanewise.Tests;

public sealed class UnicodeFormTests
{
    // Decomposed and composed as Python's unicodedata.normalize gives them.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("e\u0323\u0302", "\u1EC7")]
    [InlineData("A\u030Angstro\u0308m", "\u00C5ngstr\u00F6m")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\u1100\u1161", "\uAC00")]
    [InlineData("\u304B\u3099", "\u304C")]
    [InlineData("\u0438\u0306", "\u0439")]
    [InlineData("x\u0301", "x\u0301")]
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("猫犬", "猫犬")]
    public void A_text_is_composed(string decomposed, string composed)
    {
        Assert.Equal(composed, UnicodeForm.Compose(decomposed));
        Assert.Equal(composed, UnicodeForm.Compose(composed));
    }
}
