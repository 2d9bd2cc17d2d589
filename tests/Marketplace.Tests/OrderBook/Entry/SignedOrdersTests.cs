using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class SignedOrdersTests
{
    private static readonly EthAddress Wallet = EthAddress.Parse("0x00000000000000000000000000000000000e1271");
    private static readonly SignedOrder Order = SignedOrderTests.Order;
    private static readonly Hash32 Digest = Order.Digest(EntryWorld.Domain);
    private static readonly EthSignature Signed = EntryWorld.Buyer.Sign(Digest);

    private readonly Wallets wallets = new();
    private readonly SignedOrders orders;

    public SignedOrdersTests() => orders = new SignedOrders(
        EntryWorld.Domain, new OwnerSignatures(wallets, new SignatureAnswers(2, 1_000)));

    [Fact]
    public async Task A_key_signs_in_either_form_and_no_contract_is_asked()
    {
        (await Check(EntryWorld.Buyer.Address, Signed.ToCompact())).Should().Be(EntryRefusal.None);
        (await Check(EntryWorld.Buyer.Address, Signed.ToBytes65())).Should().Be(EntryRefusal.None);
        wallets.Asked.Should().Be(0);
    }

    [Fact]
    public async Task Any_of_the_owners_may_sign_and_keys_are_tried_before_contracts()
    {
        wallets.Approved.Add((Wallet, Digest));

        (await CheckAny([Wallet, EntryWorld.Buyer.Address], Signed.ToCompact())).Should().Be(EntryRefusal.None);
        wallets.Asked.Should().Be(0);
        (await CheckAny([EntryWorld.Buyer.Address, Wallet], [1])).Should().Be(EntryRefusal.None);
        (await CheckAny([EntryWorld.Buyer.Address], [1])).Should().Be(EntryRefusal.WrongSigner);
    }

    [Fact]
    public async Task Another_key_another_order_and_another_market_are_refused()
    {
        (await Check(EntryWorld.Provider.Address, Signed.ToCompact())).Should().Be(EntryRefusal.WrongSigner);
        (await Check(EntryWorld.Buyer.Address, Signed.ToCompact(), Order with { Nonce = 9 }))
            .Should().Be(EntryRefusal.WrongSigner);
        (await Check(EntryWorld.Buyer.Address, EntryWorld.Buyer.Sign(
            Order.Digest(EntryWorld.Domain with { ChainId = 1 })).ToCompact())).Should().Be(EntryRefusal.WrongSigner);
    }

    [Fact]
    public async Task A_contract_wallet_answers_for_itself()
    {
        wallets.Approved.Add((Wallet, Digest));

        (await Check(Wallet, [1, 2, 3])).Should().Be(EntryRefusal.None);
        (await Check(Wallet, [1, 2, 3], Order with { Nonce = 9 })).Should().Be(EntryRefusal.WrongSigner);
        wallets.Asked.Should().Be(2);
    }

    [Fact]
    public async Task An_answer_is_good_for_its_lifetime()
    {
        wallets.Approved.Add((Wallet, Digest));
        await Check(Wallet, [1]);
        wallets.Approved.Clear();

        (await Check(Wallet, [1], now: EntryWorld.Now + 999)).Should().Be(EntryRefusal.None);
        wallets.Asked.Should().Be(1);
        (await Check(Wallet, [1], now: EntryWorld.Now + 1_000)).Should().Be(EntryRefusal.WrongSigner);
        wallets.Asked.Should().Be(2);
    }

    [Fact]
    public async Task A_wrong_signature_does_not_stand_in_the_way_of_the_right_one()
    {
        (await Check(EntryWorld.Buyer.Address, new byte[64])).Should().Be(EntryRefusal.WrongSigner);

        (await Check(EntryWorld.Buyer.Address, Signed.ToCompact())).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public async Task A_node_that_fails_is_no_answer()
    {
        wallets.Approved.Add((Wallet, Digest));
        wallets.IsDown = true;
        var failing = () => Check(Wallet, [1]);
        await failing.Should().ThrowAsync<IOException>();

        wallets.IsDown = false;

        (await Check(Wallet, [1])).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public async Task What_cannot_be_right_is_refused_before_anybody_is_asked()
    {
        var late = (long)Order.SignedUntilSeconds * 1_000;

        (await Check(Wallet, [1], Order with { Number = 0 })).Should().Be(EntryRefusal.InvalidOrder);
        (await Check(Wallet, [1], now: late)).Should().Be(EntryRefusal.OrderExpired);
        (await Check(Wallet, new byte[4_097])).Should().Be(EntryRefusal.WrongSigner);
        wallets.Asked.Should().Be(0);
        (await Check(Wallet, new byte[4_096], now: late - 1)).Should().Be(EntryRefusal.WrongSigner);
        wallets.Asked.Should().Be(1);
    }

    [Fact]
    public void The_oldest_answer_makes_room_and_a_renewed_one_is_not_the_oldest()
    {
        var answers = new SignatureAnswers(2, 1_000);
        var keys = new[] { "a", "b", "c" }.Select(Keccak256.Hash).ToArray();
        answers.Remember(keys[0], true, 0);
        answers.Remember(keys[1], false, 1);
        answers.Remember(keys[0], true, 2);
        answers.Remember(keys[2], true, 3);

        keys.Select(key => answers.Find(key, 3)).Should().Equal(true, null, true);
        answers.Count.Should().Be(2);
    }

    [Fact]
    public void Answers_stay_within_their_room_however_often_one_is_renewed()
    {
        var answers = new SignatureAnswers(2, 1_000);
        for (var at = 0; at < 100; at++)
        {
            answers.Remember(Keccak256.Hash("a"), true, at);
            answers.Find(Keccak256.Hash("a"), at).Should().BeTrue();
        }

        answers.Count.Should().Be(1);
    }

    /// <summary>The example of the EIP: the selector is the magic value, and the digest and the bytes follow.</summary>
    [Fact]
    public void The_call_and_the_magic_value_are_those_of_ERC_1271()
    {
        var call = Erc1271.CallData(Digest, [0xaa, 0xbb]);

        Hex.Encode(Erc1271.MagicValue).Should().Be("0x1626ba7e");
        Hex.Encode(call).Should().Be(
            "0x1626ba7e" + Digest.ToString()[2..] + "40".PadLeft(64, '0') + "2".PadLeft(64, '0')
            + "aabb".PadRight(64, '0'));
    }

    [Fact]
    public void Only_the_whole_word_of_the_magic_value_is_a_yes()
    {
        var yes = Hex.Decode("0x1626ba7e" + new string('0', 56));

        Erc1271.IsYes(yes).Should().BeTrue();
        Erc1271.IsYes([]).Should().BeFalse();
        Erc1271.IsYes(yes.AsSpan(0, 4)).Should().BeFalse();
        Erc1271.IsYes([.. yes, 0]).Should().BeFalse();
        for (var index = 0; index < yes.Length; index++)
        {
            yes[index] ^= 1;
            Erc1271.IsYes(yes).Should().BeFalse();
            yes[index] ^= 1;
        }
    }

    private Task<EntryRefusal> CheckAny(EthAddress[] owners, byte[] signature) =>
        orders.CheckAsync(Order, owners, signature, EntryWorld.Now, CancellationToken.None);

    private Task<EntryRefusal> Check(
        EthAddress owner, byte[] signature, SignedOrder? order = null, long now = EntryWorld.Now) =>
        orders.CheckAsync(order ?? Order, [owner], signature, now, CancellationToken.None);

    private sealed class Wallets : IContractWallets
    {
        public HashSet<(EthAddress, Hash32)> Approved { get; } = [];

        public int Asked { get; private set; }

        public bool IsDown { get; set; }

        public Task<bool> IsValidSignatureAsync(
            EthAddress wallet, Hash32 digest, ReadOnlyMemory<byte> signature, CancellationToken ct)
        {
            Asked++;
            return IsDown
                ? Task.FromException<bool>(new IOException("no node"))
                : Task.FromResult(Approved.Contains((wallet, digest)));
        }
    }
}
