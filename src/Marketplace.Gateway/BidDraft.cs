using System.Text;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>What a request asks of the market: the bid for it, and what it may cost.</summary>
public static class BidDraft
{
    // What a chat template adds to a message at most; a token is at least one byte.
    private const int PerMessage = 16;

    /// <summary>The bid with which the longest answer is still paid for.</summary>
    public static BidFrame Of(
        ChatOrder order, GatewayWelcome terms, string clientOrderId, bool isStreamed, DateTimeOffset expiresAt) => new(
        clientOrderId,
        order.Request.Model,
        order.Limit,
        Metering.UnitsUp(PromptTokensUp(order.Request), (uint)order.Request.MaxTokens, terms.InputWeightBps),
        order.Replicas,
        order.Quorum,
        terms.FeeBps,
        order.Request.Encode(),
        isStreamed,
        expiresAt.ToUnixTimeMilliseconds())
        {
            Requires = order.Requires,
        };

    /// <summary>The most that its runs may cost, without the fee.</summary>
    public static TokenAmount CostUp(BidFrame bid) => bid.Limit.CostUp(bid.PerLeg) * bid.Replicas;

    /// <summary>The most that it may cost with the fee: what a key must still have.</summary>
    public static TokenAmount MostOf(BidFrame bid) => CostUp(bid) + bid.FeeBps.FeeUp(CostUp(bid));

    private static uint PromptTokensUp(JobRequest request)
    {
        var messages = request.Messages.Select(message => new ChatMessage(message.Role, message.Content)).ToList();
        return request.Model == DemoLexiconEngine.ModelName
            ? (uint)LexiconModel.Embedded.Tokenizer.CountPromptTokens(messages)
            : (uint)messages.Sum(message => Encoding.UTF8.GetByteCount(message.Content) + PerMessage);
    }
}
