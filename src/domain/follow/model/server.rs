//! The server's side of the model: what it answers, and what it writes into the socket.

use serde_json::json;

use super::*;
use crate::frame::{EventPage, WorkflowState, Workflows};

impl World {
    pub(super) fn hear(&mut self, frame: FromBrowser) {
        let (epoch, heads, first) = (self.epoch(), [self.head(0), self.head(1)], self.first);
        let (time, cards) = (self.time(), self.cards());
        let Some(pipe) = self.connection.as_mut().filter(|pipe| !pipe.is_mute) else {
            return;
        };
        match frame {
            FromBrowser::Subscribe(subscribe) => {
                if subscribe.board {
                    pipe.board = true;
                    pipe.frames.push_back(FromServer::Board {
                        full: true,
                        upserts: cards,
                        removed: Vec::new(),
                    });
                }
                if let Some(adw_id) = subscribe.adw_id {
                    let workflow = number(&adw_id);
                    let after = subscribe.after.filter(|after| {
                        subscribe.epoch.as_ref() == Some(&epoch)
                            && *after <= heads[workflow]
                            && after + 1 >= first[workflow]
                    });
                    pipe.cursors.insert(adw_id, after);
                }
            }
            FromBrowser::Unsubscribe(unsubscribe) => {
                pipe.board &= !unsubscribe.board;
                unsubscribe.adw_id.map(|adw_id| pipe.cursors.remove(&adw_id));
            }
            FromBrowser::Ping {} => pipe.frames.push_back(FromServer::Heartbeat { server_time: time }),
        }
    }

    pub(super) fn write(&mut self, most: usize) {
        let cards = self.cards();
        let (epoch, time) = (self.epoch(), self.time());
        let timelines = [self.timeline(0), self.timeline(1)];
        let Some(pipe) = self.connection.as_mut().filter(|pipe| !pipe.is_mute) else {
            return;
        };
        for (adw_id, cursor) in &mut pipe.cursors {
            let log = &self.logs[number(adw_id)];
            let head = log.len() as u64;
            match *cursor {
                None => {
                    let timeline = Box::new(timelines[number(adw_id)].clone());
                    pipe.frames.push_back(FromServer::Snapshot {
                        adw_id: adw_id.clone(),
                        epoch: epoch.clone(),
                        seq: head,
                        timeline,
                    });
                    *cursor = Some(head);
                }
                Some(after) if after < head => {
                    let to = head.min(after + most as u64);
                    let list = log[after as usize..to as usize].to_vec();
                    pipe.frames.push_back(FromServer::Events {
                        adw_id: adw_id.clone(),
                        from: after + 1,
                        to,
                        head: (to < head).then_some(head),
                        list,
                    });
                    *cursor = Some(to);
                }
                Some(_) => {}
            }
        }
        if pipe.board {
            pipe.frames.push_back(FromServer::Board {
                full: false,
                upserts: cards,
                removed: Vec::new(),
            });
        }
        if self.now >= pipe.beaten_at + HEARTBEAT_MS {
            pipe.beaten_at = self.now;
            pipe.frames.push_back(FromServer::Heartbeat { server_time: time });
        }
    }

    pub(super) fn tell(&self, query: &RestQuery) -> RestAnswer {
        let epoch = self.epoch();
        match query {
            RestQuery::Board => RestAnswer::Board(Workflows {
                epoch,
                server_time: self.time(),
                workflows: self.cards(),
            }),
            RestQuery::State(adw_id) | RestQuery::Events { adw_id, .. } if self.head(number(adw_id)) == 0 => {
                RestAnswer::Missing
            }
            RestQuery::State(adw_id) => {
                let timeline = Box::new(self.timeline(number(adw_id)));
                RestAnswer::State(Box::new(WorkflowState {
                    adw_id: adw_id.clone(),
                    epoch,
                    seq: timeline.seq,
                    timestamp: self.time(),
                    state: json!({}),
                    timeline,
                }))
            }
            RestQuery::Events { adw_id, after } => {
                let workflow = number(adw_id);
                let first = self.first[workflow];
                let events: Vec<Event> = self.logs[workflow]
                    .iter()
                    .filter(|event| event.seq > *after && event.seq >= first)
                    .take(5)
                    .cloned()
                    .collect();
                RestAnswer::Events(EventPage {
                    epoch,
                    events,
                    head: self.head(workflow),
                    first,
                    server_time: self.time(),
                })
            }
        }
    }
}
