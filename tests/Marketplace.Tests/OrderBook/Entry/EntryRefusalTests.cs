using FluentAssertions;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntryRefusalTests
{
    [Fact]
    public void Every_refusal_says_in_a_sentence_how_to_mend_it()
    {
        foreach (var refusal in Enum.GetValues<EntryRefusal>())
        {
            refusal.Mend().Should().MatchRegex("^[A-Z].+\\.$", refusal.ToString());
        }
    }
}
