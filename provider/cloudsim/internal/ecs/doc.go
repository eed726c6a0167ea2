// Package ecs is Alibaba Cloud ECS: the actions of API version 2014-05-26, their
// parameters, rules, codes and answers. ecs.go has the table of actions.
package ecs
