using Lanewise;
using Xunit;

namespace Conventions;

/// <summary>Each model of the catalog is a member of its family too.</summary>
public sealed class ModelMemberTests
{
    private static readonly Func<int, Network>[] Members =
    [
        classes => Inception.Create(classes: classes),
        classes => Inception.Create(classes: classes, relu: true),
        classes => Residual.Create(classes: classes),
        classes => GoogLeNet.Create(classes: classes),
        classes => GoogLeNet.CreatePaper(classes: classes),
        classes => ResNet.ResNet18(classes: classes),
        classes => ResNet.ResNet34(classes: classes),
        classes => ResNet.ResNet50(classes: classes),
        classes => ResNet.ResNet101(classes: classes),
        classes => ResNet.ResNet152(classes: classes),
        classes => ResNet.ResNet18Cntk(classes: classes),
        classes => CifarResNet.ResNet20(classes: classes),
        classes => CifarResNet.ResNet32(classes: classes),
        classes => CifarResNet.ResNet44(classes: classes),
        classes => CifarResNet.ResNet56(classes: classes),
        classes => CifarResNet.ResNet110(classes: classes),
        classes => CifarResNet.Plain20(classes: classes),
        classes => CifarResNet.Plain32(classes: classes),
        classes => CifarResNet.Plain44(classes: classes),
        classes => CifarResNet.Plain56(classes: classes),
        classes => CifarResNet.Plain110(classes: classes),
    ];

    [Fact]
    public void Every_model_of_the_catalog_has_a_member()
    {
        var networks = Members.Select(create => create(7)).ToArray();

        Assert.Equal(ModelCatalog.All.Select(model => model.Name), networks.Select(network => network.Name));
        Assert.All(networks, network =>
        {
            var model = ModelCatalog.Find(network.Name).ForClasses(7);
            Assert.Equal(model.Nodes.Select(node => (node.Path, node.Op, node.Shape)), network.Nodes.Select(node => (node.Path, node.Op, node.Shape)));
        });
    }

    [Fact]
    public void Defaults_are_those_of_the_catalog() => Assert.All(
        [
            Inception.Create(), Residual.Create(), GoogLeNet.Create(), GoogLeNet.CreatePaper(), ResNet.ResNet18(), ResNet.ResNet18Cntk(),
            CifarResNet.ResNet20(), CifarResNet.Plain20(),
        ],
        network => Assert.Equal($"{ModelCatalog.Find(network.Name).Create(new ModelOptions())}", $"{network}"));

    [Fact]
    public void Input_and_auxiliary_classifiers_are_options()
    {
        var network = GoogLeNet.Create(classes: 10, input: new Shape(3, 96, 96), auxiliaryClassifiers: true);

        Assert.Equal((new Shape(3, 96, 96), 10, 2), (network.Input, network.OutputCount, network.AuxiliaryOutputs.Count));
        Assert.All(network.AuxiliaryOutputs, output => Assert.Equal(0.3, output.Weight));
        Assert.Equal(new Shape(1, 64, 64), ResNet.ResNet18(classes: 2, input: new Shape(1, 64, 64)).Input);
    }
}
