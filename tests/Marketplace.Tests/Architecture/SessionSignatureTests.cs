using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace Marketplace.Tests.Architecture;

/// <summary>
/// Only the gateway can sign for a buyer. Outside it every place that signs anything is in this table with exactly what
/// it signs, none of those files names a ticket or a statement, and nobody else names the session signer.
/// </summary>
public sealed class SessionSignatureTests
{
    private const string Gateway = "Marketplace.Gateway";

    private static readonly string[] Signings =
    [
        "Marketplace.Ethereum/PrivateKey.cs: Sign(secret, digest)",
        "Marketplace.Ethereum/Transactions.cs: Sign(SigningHash)",
        "Marketplace.Ethereum/Transactions.cs: Sign(SigningHash)",
        "Marketplace.Chain/AccountSender.cs: Sign(key)",
        "Marketplace.Chain/EthereumEscrowContract.cs: Sign(key)",
        "Marketplace.Settlement/Cosigner.cs: Sign(row.CosignDigest(domain))",
        "Marketplace.Settlement/Cosigner.cs: Sign(SettlePayload.CosignDigest(domain, payload))",
        "Marketplace.Settlement/SettlementTick.Transactions.cs: "
            + "Sign(parties.GasKey, call, open.Nonce, open.GasLimit, fees)",
        "Marketplace.Provider/AssignmentRunner.cs: Sign(commit.Digest(domain))",
        "Marketplace.Provider/AssignmentRunner.cs: Sign(revealed.Digest(domain))",
        "Marketplace.Provider/ProviderAgent.cs: Sign(proof)",
        "bench/EntryWork.cs: Sign(order.Digest(EntryBids.Domain))",
    ];

    [Fact]
    public void Outside_the_gateway_nothing_is_signed_but_what_the_table_names() =>
        Others().SelectMany(SigningsOf).Should().BeEquivalentTo(Signings);

    [Fact]
    public void Outside_the_gateway_no_file_that_signs_names_a_ticket_or_a_statement() =>
        Others().Where(file => SigningsOf(file).Any() && NamesSessionMessage(file)).Select(file => file.Path)
            .Listed().Should().BeEmpty();

    [Fact]
    public void Outside_the_gateway_nobody_names_the_session_signer() =>
        Others().Where(NamesSessionSigner).Select(file => file.Path).Listed().Should().BeEmpty();

    [Theory]
    [InlineData("var signature = key.Sign(ticket.Digest(domain));", "Sign(ticket.Digest(domain))")]
    [InlineData("key?.Sign(Eip712.Digest(\n    domain,\n    hash));", "Sign(Eip712.Digest( domain, hash))")]
    [InlineData("Func<Hash32, EthSignature> sign = key.Sign;", "Sign")]
    [InlineData("typeof(PrivateKey).GetMethod(\"Sign\")", "\"Sign\"")]
    public void A_signing_that_is_not_in_the_table_is_seen(string code, string seen)
    {
        var found = SigningsOf(new SourceFile("src/Marketplace.Execution/Example.cs", code));

        found.Should().Equal($"Marketplace.Execution/Example.cs: {seen}");
        Signings.Should().NotContain(found);
    }

    [Fact]
    public void A_ticket_that_is_called_a_commit_is_seen()
    {
        var file = new SourceFile(
            "src/Marketplace.Provider/Example.cs",
            "EthSignature Pay(JobTicket commit) => signer.Sign(commit.Digest(domain));");

        SigningsOf(file).Should().NotBeEmpty();
        NamesSessionMessage(file).Should().BeTrue();
    }

    [Fact]
    public void A_second_owner_of_the_session_signer_is_seen() =>
        NamesSessionSigner(new SourceFile("tools/mkt/Example.cs", "var signer = new SessionSigner(key, domain);"))
            .Should().BeTrue();

    private static IEnumerable<SourceFile> Others() => Repository.Product.Where(file => file.Project != Gateway);

    /// <summary>Every mention of a member called Sign, with its arguments; the sign of a number is not one.</summary>
    private static IEnumerable<string> SigningsOf(SourceFile file) => Regex.Matches(
        file.Text,
        """(?<=\.)(?<call>Sign\b(?!\s*[<>=]=?\s*0)"""
        + """(?:\((?>[^()]+|(?<open>\()|(?<-open>\)))*(?(open)(?!))\))?)|(?<call>"Sign")""")
        .Select(match => $"{file.Project}/{file.Name}: {Regex.Replace(match.Groups["call"].Value, @"\s+", " ")}");

    private static bool NamesSessionMessage(SourceFile file) => Regex.IsMatch(file.Code, @"\b(JobTicket|Statement)\b");

    private static bool NamesSessionSigner(SourceFile file) =>
        file.Text.Contains("SessionSigner", StringComparison.Ordinal);
}
