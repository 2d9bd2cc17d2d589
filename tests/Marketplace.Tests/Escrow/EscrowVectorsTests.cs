using System.Globalization;
using System.Text.Json;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Escrow;

/// <summary>
/// The encoders against tests/vectors/escrow.json, which the contract's own digests are held against too
/// (tests/contracts/Vectors.t.sol): what a C# key signs here is what the contract recovers there.
/// </summary>
public sealed class EscrowVectorsTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "escrow.json"))).RootElement;

    private static readonly Eip712Domain Domain = EscrowDomain.Of(
        Vectors.GetProperty("domain").GetProperty("chainId").GetUInt64(),
        Address(Vectors.GetProperty("domain"), "verifyingContract"));

    [Fact]
    public void The_domain_is_that_of_the_vectors() =>
        Domain.Separator.Should().Be(Hash(Vectors.GetProperty("domain"), "separator"));

    [Fact]
    public void The_keys_control_the_addresses_of_the_vectors()
    {
        foreach (var signer in Vectors.GetProperty("signers").EnumerateObject())
        {
            Key(signer.Name).Address.Should().Be(EthAddress.Parse(signer.Value.GetString()!), signer.Name);
        }
    }

    [Fact]
    public void Statements_have_the_vectors_lines_digests_and_signatures()
    {
        foreach (var (vector, statement) in Statements())
        {
            Hex.Encode(StatementLines.Encode(statement.Lines)).Should().Be(Text(vector, "linesBytes"));
            IsSigned(vector, "session", statement.Digest(Domain));
        }
    }

    [Fact]
    public void Lines_are_read_back_as_they_were_written()
    {
        foreach (var (vector, statement) in Statements())
        {
            StatementLines.Decode(Hex.Decode(Text(vector, "linesBytes")))
                .Should().BeEquivalentTo(statement.Lines, options => options.WithStrictOrdering());
        }
    }

    [Fact]
    public void A_payload_has_the_vectors_bytes_and_co_signature()
    {
        var vector = Vectors.GetProperty("payload");
        var rows = Statements().Select(row => new SignedStatement(row.Statement, Signature(row.Vector, "signature")));

        var payload = SettlePayload.Encode(Hash(vector, "anchor"), [.. rows]);

        Hex.Encode(payload).Should().Be(Text(vector, "bytes"));
        Keccak256.Hash(payload).Should().Be(Hash(vector, "hash"));
        SettlePayload.CosignDigest(Domain, payload).Should().Be(Hash(vector, "cosignDigest"));
        Key("cosigner").Sign(Hash(vector, "cosignDigest")).Should().Be(Signature(vector, "cosignature"));
    }

    [Fact]
    public void Statements_have_the_vectors_own_co_signatures()
    {
        var cosigns = Vectors.GetProperty("cosigns");
        var rows = cosigns.GetProperty("rows").EnumerateArray().ToList();

        foreach (var (vector, (_, statement)) in rows.Zip(Statements()))
        {
            SettlePayload.CosignDigest(Domain, statement).Should().Be(Hash(vector, "digest"));
            Key("cosigner").Sign(Hash(vector, "digest")).Should().Be(Signature(vector, "signature"));
        }

        rows.Should().HaveSameCount(Statements());
        Hex.Encode(SettlePayload.Cosignatures(rows.Select(row => Signature(row, "signature"))))
            .Should().Be(Text(cosigns, "bytes"));
    }

    [Fact]
    public void Ticket_rows_have_the_vectors_bytes_and_co_signatures()
    {
        var vector = Vectors.GetProperty("ticketRows");
        var rows = vector.GetProperty("cosigns").EnumerateArray().Zip(Rows("tickets"), (cosign, row) =>
        {
            var (ticket, fee) = (TicketOf(row), Amount(cosign, "fee"));
            TicketRows.CosignDigest(Domain, ticket, fee).Should().Be(Hash(cosign, "digest"));
            var cosignature = Key("cosigner").Sign(Hash(cosign, "digest"));
            cosignature.Should().Be(Signature(cosign, "signature"));
            return new CosignedTicket(ticket, Signature(row, "signature"), fee, cosignature);
        });

        Hex.Encode(TicketRows.Encode([.. rows])).Should().Be(Text(vector, "bytes"));
    }

    [Fact]
    public void Receipts_have_the_vectors_leaves_and_roots()
    {
        var vector = Vectors.GetProperty("receipts");
        var leaves = vector.GetProperty("leaves").EnumerateArray().Select(row => ReceiptOf(row).Leaf()).ToList();
        var roots = vector.GetProperty("roots").EnumerateArray().Select(root => Hash32.Parse(root.GetString()!));

        leaves.Should().Equal(vector.GetProperty("leaves").EnumerateArray().Select(row => Hash(row, "leaf")));
        Enumerable.Range(1, leaves.Count).Select(count => ReceiptTree.Root(leaves.Take(count).ToList()))
            .Should().Equal(roots);
    }

    [Fact]
    public void Tickets_have_the_vectors_digests_and_signatures()
    {
        foreach (var vector in Rows("tickets"))
        {
            IsSigned(vector, "session", TicketOf(vector).Digest(Domain));
        }
    }

    [Fact]
    public void Results_have_the_vectors_digests_and_signatures()
    {
        foreach (var vector in Rows("results"))
        {
            IsSigned(vector, "provider", ResultOf(vector).Digest(Domain));
        }
    }

    [Fact]
    public void Commits_have_the_vectors_digests_and_open_to_their_results()
    {
        var vector = Rows("commits").Single();
        var commit = new ResultCommit(
            new AssignmentId(Hash(vector, "assignmentId")), Provider(vector), Hash(vector, "commitment"));
        var result = ResultOf(Rows("results").First());

        IsSigned(vector, "provider", commit.Digest(Domain));
        result.Opens(commit, Domain, Key("provider").Address).Should().BeTrue();
        result.Opens(commit, Domain, Key("session").Address).Should().BeFalse("a commit is bound to its signer");
    }

    private static IEnumerable<(JsonElement Vector, Statement Statement)> Statements() =>
        Rows("statements").Select(vector => (vector, new Statement(
            new BudgetNo(vector.GetProperty("budgetNo").GetUInt32()),
            vector.GetProperty("fromJob").GetUInt32(),
            vector.GetProperty("throughJob").GetUInt32(),
            Amount(vector, "fromSpent"),
            Amount(vector, "fee"),
            Hash(vector, "receiptsRoot"),
            [.. vector.GetProperty("lines").EnumerateArray().Select(LineOf)])));

    private static JobTicket TicketOf(JsonElement vector) => new(
        new BudgetNo(vector.GetProperty("budgetNo").GetUInt32()),
        new JobNo(vector.GetProperty("jobNo").GetUInt32()),
        new JobNo(vector.GetProperty("legNo").GetUInt32()),
        Provider(vector),
        Amount(vector, "amount"),
        Amount(vector, "maxFee"),
        vector.GetProperty("deliveredAt").GetUInt64(),
        new AssignmentId(Hash(vector, "assignmentId")),
        Hash(vector, "inputHash"),
        Hash(vector, "resultDigest"));

    private static Receipt ReceiptOf(JsonElement vector) => new(
        new BudgetNo(vector.GetProperty("budgetNo").GetUInt32()),
        new JobNo(vector.GetProperty("jobNo").GetUInt32()),
        new AssignmentId(Hash(vector, "assignmentId")),
        Provider(vector),
        Amount(vector, "amount"),
        Hash(vector, "inputHash"),
        Hash(vector, "resultDigest"),
        Hash(vector, "commitSignatureHash"),
        Hash(vector, "resultSignatureHash"),
        vector.GetProperty("tokensIn").GetUInt32(),
        vector.GetProperty("tokensOut").GetUInt32(),
        vector.GetProperty("deliveredAt").GetUInt64(),
        (VerdictOutcome)vector.GetProperty("verdict").GetByte());

    private static ProviderLine LineOf(JsonElement line) => new(
        Provider(line),
        [.. line.GetProperty("amounts").EnumerateArray().Select(amount => Amount(amount.GetString()!))]);

    private static JobResult ResultOf(JsonElement vector) => new(
        new AssignmentId(Hash(vector, "assignmentId")),
        Provider(vector),
        Hash(vector, "inputHash"),
        Hash(vector, "resultDigest"),
        Hash(vector, "evidenceRoot"),
        Hash(vector, "salt"),
        vector.GetProperty("tokensIn").GetUInt32(),
        vector.GetProperty("tokensOut").GetUInt32(),
        vector.GetProperty("startedAt").GetUInt64(),
        vector.GetProperty("finishedAt").GetUInt64(),
        new UnitPrice(Amount(vector, "price").Micro));

    private static void IsSigned(JsonElement vector, string signer, Hash32 digest)
    {
        digest.Should().Be(Hash(vector, "digest"));
        Key(signer).Sign(digest).Should().Be(Signature(vector, "signature"));
    }

    private static IEnumerable<JsonElement> Rows(string name) => Vectors.GetProperty(name).EnumerateArray();

    private static PrivateKey Key(string name) =>
        PrivateKey.FromBytes(Hash(Vectors.GetProperty("keys"), name).ToBytes());

    private static EthSignature Signature(JsonElement vector, string name) =>
        EthSignature.TryFromCompact(Hex.Decode(Text(vector, name)), out var signature)
            ? signature
            : throw new FormatException($"{name} is no compact signature.");

    private static ProviderId Provider(JsonElement vector) => new(vector.GetProperty("providerId").GetUInt32());

    private static TokenAmount Amount(JsonElement vector, string name) => Amount(Text(vector, name));

    private static TokenAmount Amount(string text) => new(long.Parse(text, CultureInfo.InvariantCulture));

    private static EthAddress Address(JsonElement vector, string name) => EthAddress.Parse(Text(vector, name));

    private static Hash32 Hash(JsonElement vector, string name) => Hash32.Parse(Text(vector, name));

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;
}
