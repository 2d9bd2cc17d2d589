using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Settlement;

/// <summary>The contract's skip reasons, each seen once before gas would be paid for it.</summary>
public sealed class StatementCheckTests
{
    private const ulong ChainTime = 1_700_000_000;
    private const ulong GraceSeconds = 24 * 60 * 60;
    private static readonly PrivateKey Session = PrivateKey.FromBytes(Keccak256.Hash("session").ToBytes());
    private static readonly Eip712Domain Domain = EscrowDomain.Of(31_337, default);

    private static readonly Statement Good = new(
        new BudgetNo(1), 4, 6, new TokenAmount(100), new TokenAmount(50), Keccak256.Hash("root"),
        [new ProviderLine(new ProviderId(7), [new TokenAmount(400), new TokenAmount(600)])]);

    private static readonly Budget Open = StatementBuilderTests.BudgetOf(1_150) with
    {
        Session = Session.Address,
        ThroughJob = 4,
        Spent = new TokenAmount(100),
        ExpiryUnixSeconds = ChainTime - GraceSeconds,
    };

    [Fact]
    public void A_statement_that_the_contract_would_apply_has_no_reason() => Reason(Good, Open).Should().BeNull();

    [Fact]
    public void Another_state_than_the_chains_is_stale()
    {
        Reason(Good, Open with { ThroughJob = 5 }).Should().Be(SkipReason.Stale);
        Reason(Good, Open with { Spent = new TokenAmount(99) }).Should().Be(SkipReason.Stale);
        Reason(Good, Open with { State = 2 }).Should().Be(SkipReason.Stale);
        Reason(Good with { ThroughJob = 4 }, Open).Should().Be(SkipReason.Stale);
    }

    [Fact]
    public void Past_expiry_and_grace_is_too_late() =>
        Reason(Good, Open with { ExpiryUnixSeconds = Open.ExpiryUnixSeconds - 1 }).Should().Be(SkipReason.TooLate);

    [Fact]
    public void Another_key_than_the_sessions_is_refused() =>
        Reason(Good, Open with { Session = Domain.VerifyingContract }).Should().Be(SkipReason.Signature);

    [Fact]
    public void What_the_cap_or_the_fee_limit_does_not_hold_is_refused()
    {
        Reason(Good, Open with { Cap = new TokenAmount(1_149) }).Should().Be(SkipReason.Amounts);
        Reason(Good, Open with { MaxFeeBps = new BasisPoints(499) }).Should().Be(SkipReason.Amounts);
        Reason(Good with { Lines = [] }, Open).Should().Be(SkipReason.Amounts);
    }

    [Fact]
    public void Without_the_operators_consent_nothing_else_counts()
    {
        var stale = Open with { ThroughJob = 5 };
        var signed = new SignedStatement(Good, Session.Sign(Good.Digest(Domain)));
        var cosigned = new CosignedStatement(signed, Session.Sign(signed.CosignDigest(Domain)));

        StatementCheck.Skip(cosigned, Open, cosignsUntil: 1, ChainTime, Domain).Should().BeNull();
        StatementCheck.Skip(cosigned, stale, cosignsUntil: 1, ChainTime, Domain).Should().Be(SkipReason.Stale);
        StatementCheck.Skip(cosigned, stale, cosignsUntil: 0, ChainTime, Domain).Should().Be(SkipReason.NoConsent);
    }

    private static SkipReason? Reason(Statement statement, Budget budget) => StatementCheck.Skip(
        new SignedStatement(statement, Session.Sign(statement.Digest(Domain))), budget, ChainTime, Domain);
}
