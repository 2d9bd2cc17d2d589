using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class ContractAddressTests
{
    /// <remarks>The example that is told everywhere.</remarks>
    [Theory]
    [InlineData(0, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d")]
    [InlineData(1, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8")]
    [InlineData(2, "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91")]
    public void A_contract_stands_where_its_creator_and_nonce_say(ulong nonce, string expected) =>
        ContractAddress.CreatedBy(EthAddress.Parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"), nonce)
            .Should().Be(EthAddress.Parse(expected));
}
