package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// dataStack holds what must survive every mistake: deleting it is refused,
// and so is deleting a table; removing a resource from the code leaves it.
type dataStack struct {
	stack         awscdk.Stack
	table         awsdynamodb.TableV2
	sandboxTable  awsdynamodb.TableV2
	key           awskms.Key
	assets        awss3.Bucket
	identity      awsses.EmailIdentity
	mailSettings  awsses.ConfigurationSet
	originSecret  awssecretsmanager.Secret
	sandboxSecret awssecretsmanager.Secret
	linkSecret    awssecretsmanager.Secret
}

func newDataStack(app awscdk.App, set settings) *dataStack {
	stack := awscdk.NewStack(app, jsii.String(set.name+"Data"), &awscdk.StackProps{
		Description:           jsii.String("Perennial: tables, key, secrets and mail identity"),
		TerminationProtection: jsii.Bool(true),
	})
	d := &dataStack{
		stack:         stack,
		table:         newTable(stack, "Table", topology.TableMain),
		sandboxTable:  newTable(stack, "SandboxTable", topology.TableSandbox),
		originSecret:  newSecret(stack, "OriginSecret", "Proves to the origin that a request came through CloudFront"),
		sandboxSecret: newSecret(stack, "SandboxSecret", "Shared with the sandbox gateway: its API key and event signatures"),
		linkSecret:    newSecret(stack, "LinkSecret", "Signs the addresses of documents"),
	}
	d.key = awskms.NewKey(stack, jsii.String("SealingKey"), &awskms.KeyProps{
		Description:       jsii.String("Seals merchants' webhook secrets and gateway credentials"),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
	})
	d.assets = newAssets(stack)
	d.addMail(set)
	output(stack, "TableName", d.table.TableName())
	return d
}

// newAssets makes the bucket of uploaded images and files. Nobody reads or
// writes it but by addresses that a function signed.
func newAssets(stack awscdk.Stack) awss3.Bucket {
	bucket := awss3.NewBucket(stack, jsii.String("Assets"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		Versioned:         jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
		Cors: &[]*awss3.CorsRule{{
			AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_PUT, awss3.HttpMethods_GET},
			AllowedOrigins: jsii.Strings("*"), AllowedHeaders: jsii.Strings("*"),
		}},
	})
	bucket.Policy().ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN) // what remains still refuses plain HTTP
	return bucket
}

func newTable(scope constructs.Construct, id string, t topology.Table) awsdynamodb.TableV2 {
	props := &awsdynamodb.TablePropsV2{
		PartitionKey:        text("pk"),
		SortKey:             text("sk"),
		Billing:             awsdynamodb.Billing_OnDemand(nil),
		TimeToLiveAttribute: jsii.String("ttl"),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection: jsii.Bool(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	}
	if t.Stream {
		props.DynamoStream = awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES
	}
	var indexes []*awsdynamodb.GlobalSecondaryIndexPropsV2
	for _, index := range t.Indexes {
		indexes = append(indexes, newIndex(index))
	}
	if indexes != nil {
		props.GlobalSecondaryIndexes = &indexes
	}
	return awsdynamodb.NewTableV2(scope, jsii.String(id), props)
}

func newIndex(index topology.Index) *awsdynamodb.GlobalSecondaryIndexPropsV2 {
	props := &awsdynamodb.GlobalSecondaryIndexPropsV2{
		IndexName:      jsii.String(index.Name),
		PartitionKey:   text(index.Partition),
		SortKey:        text(index.Sort),
		ProjectionType: awsdynamodb.ProjectionType_KEYS_ONLY,
	}
	if index.Projection != nil {
		props.ProjectionType = awsdynamodb.ProjectionType_INCLUDE
		props.NonKeyAttributes = jsii.Strings(index.Projection...)
	}
	return props
}

func text(attribute string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: jsii.String(attribute), Type: awsdynamodb.AttributeType_STRING}
}

// newSecret makes a random secret without commas, because a function accepts
// two of them, separated by one, while one replaces the other.
func newSecret(scope constructs.Construct, id, description string) awssecretsmanager.Secret {
	return awssecretsmanager.NewSecret(scope, jsii.String(id), &awssecretsmanager.SecretProps{
		Description: jsii.String(description),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength:     jsii.Number(48),
			ExcludePunctuation: jsii.Bool(true),
		},
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
}

// addMail verifies the sender's domain. SES then signs with DKIM, refuses
// unencrypted delivery and remembers addresses that bounced or complained.
func (d *dataStack) addMail(set settings) {
	d.mailSettings = awsses.NewConfigurationSet(d.stack, jsii.String("MailSettings"), &awsses.ConfigurationSetProps{
		ReputationMetrics:  jsii.Bool(true),
		SuppressionReasons: awsses.SuppressionReasons_BOUNCES_AND_COMPLAINTS,
		TlsPolicy:          awsses.ConfigurationSetTlsPolicy_REQUIRE,
	})
	d.publishFeedback()
	d.identity = awsses.NewEmailIdentity(d.stack, jsii.String("MailIdentity"), &awsses.EmailIdentityProps{
		Identity:         awsses.Identity_Domain(jsii.String(set.mailDomain())),
		ConfigurationSet: d.mailSettings,
	})
	d.identity.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	for i, record := range *d.identity.DkimRecords() {
		output(d.stack, "DkimName"+string(rune('1'+i)), record.Name)
		output(d.stack, "DkimValue"+string(rune('1'+i)), record.Value)
	}
}

func output(scope constructs.Construct, id string, value *string) {
	awscdk.NewCfnOutput(scope, jsii.String(id), &awscdk.CfnOutputProps{Value: value})
}
