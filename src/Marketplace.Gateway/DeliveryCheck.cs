using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>What was ordered, as the check of a delivery needs it.</summary>
public sealed record Ordered(BidFrame Bid, BasisPoints InputWeightBps);

/// <summary>One leg that passed, and what it costs.</summary>
public sealed record CheckedLeg(DeliveredLeg Leg, TokenAmount Amount, TokenAmount Fee);

/// <summary>Whether a delivery is what was ordered. Nothing is signed for one that is not.</summary>
public static class DeliveryCheck
{
    /// <param name="signers">The registered signers by provider, read from the chain.</param>
    /// <returns>The legs to pay, or null and what is wrong.</returns>
    public static (IReadOnlyList<CheckedLeg>? Legs, string Fault) Check(
        Ordered ordered, Delivery delivery, IReadOnlyDictionary<ProviderId, EthAddress> signers, Eip712Domain domain)
    {
        var bid = ordered.Bid;
        if (delivery.Legs.Count < bid.Quorum
            || delivery.Legs.Select(leg => leg.ProviderId).Distinct().Count() != delivery.Legs.Count)
        {
            return (null, $"{delivery.Legs.Count} agreeing providers, {bid.Quorum} distinct ones were ordered.");
        }

        InferenceResult result;
        try
        {
            result = CanonicalText.Decode(delivery.Canonical);
        }
        catch (FormatException fault)
        {
            return (null, fault.Message);
        }

        if (TokensFault(bid, result) is { } tokensFault)
        {
            return (null, tokensFault);
        }

        var digest = Keccak256.Hash(delivery.Canonical);
        var faulty = delivery.Legs.Select(leg => LegFault(ordered, leg, digest, result, signers, domain))
            .FirstOrDefault(fault => fault is not null);
        if (faulty is not null)
        {
            return (null, faulty);
        }

        var legs = delivery.Legs.Select(leg => Price(ordered, leg)).ToList();
        var most = bid.Limit.CostUp(bid.PerLeg) * bid.Replicas;
        return TokenAmount.Sum(legs.Select(leg => leg.Amount)) <= most
            ? (legs, "")
            : (null, "It costs more than was held.");
    }

    private static string? TokensFault(BidFrame bid, InferenceResult result)
    {
        if (result.TokenIds.Count > 0 && result.TokenIds.Count != result.CompletionTokens)
        {
            return "The answer's tokens are not those that were counted.";
        }

        if (bid.Model != DemoLexiconEngine.ModelName)
        {
            return null;
        }

        // This model's tokenizer is here, so its meter is read here too.
        var request = JobRequest.Decode(bid.Request);
        var messages = request.Messages.Select(message => new ChatMessage(message.Role, message.Content)).ToList();
        var prompt = LexiconModel.Embedded.Tokenizer.CountPromptTokens(messages);
        return result.PromptTokens == prompt && result.CompletionTokens <= request.MaxTokens
            ? null
            : $"The meters disagree: {result.PromptTokens} input tokens were counted, {prompt} were sent.";
    }

    private static string? LegFault(
        Ordered ordered, DeliveredLeg leg, Hash32 digest, InferenceResult result,
        IReadOnlyDictionary<ProviderId, EthAddress> signers, Eip712Domain domain)
    {
        var claimed = leg.Result;
        if (!signers.TryGetValue(leg.ProviderId, out var signer)
            || !IsSigned(leg.Commit.Digest(domain), leg.CommitSignature, signer)
            || !claimed.CanEncode
            || !IsSigned(claimed.Digest(domain), leg.ResultSignature, signer))
        {
            return $"Provider {leg.ProviderId} did not sign this.";
        }

        if (claimed.ProviderId != leg.ProviderId || !claimed.Opens(leg.Commit, domain, signer))
        {
            return $"The result of provider {leg.ProviderId} does not open its commit.";
        }

        if (claimed.ResultDigest != digest || claimed.InputHash != JobRequest.HashOf(ordered.Bid.Request)
            || claimed.TokensIn != result.PromptTokens || claimed.TokensOut != result.CompletionTokens)
        {
            return $"Provider {leg.ProviderId} signed another result.";
        }

        return claimed.Price <= ordered.Bid.Limit && UnitsOf(ordered, leg) <= ordered.Bid.PerLeg
            && claimed.Price.CostDown(UnitsOf(ordered, leg)) <= FieldWidth.MostInTicket
            ? null
            : $"Provider {leg.ProviderId} asks for more than was ordered.";
    }

    private static CheckedLeg Price(Ordered ordered, DeliveredLeg leg)
    {
        var amount = leg.Result.Price.CostDown(UnitsOf(ordered, leg));
        return new CheckedLeg(leg, amount, ordered.Bid.FeeBps.FeeDown(amount));
    }

    private static Quantity UnitsOf(Ordered ordered, DeliveredLeg leg) =>
        Metering.UnitsDown(leg.Result.TokensIn, leg.Result.TokensOut, ordered.InputWeightBps);

    private static bool IsSigned(Hash32 digest, ReadOnlySpan<byte> signature, EthAddress signer) =>
        EthSignature.TryFromCompact(signature, out var read) && Secp256k1.Recover(digest, read) == signer;
}
